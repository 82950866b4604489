/** The system's Chromium is used (`CHROMIUM_PATH`): none is downloaded. */
module.exports = { skipDownload: true };
