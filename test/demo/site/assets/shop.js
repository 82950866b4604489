/** The button in the page opens the chat through the widget's own small API. */
document.querySelector("#ask").addEventListener("click", () => window.Threadline?.open());
