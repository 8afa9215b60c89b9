"use strict";

// The letter's text stands in pieces, each with its place in `data-at`, counted in code points as Python does.
// A browser counts UTF-16 units, two for an emoji; here one is turned into the other.

/** The number of code points in a string. */
function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The offset in the letter of a place in the page, or null when it is not in the text. `after`: it ends a stretch. */
function offsetOf(root, node, place, after) {
  if (!root.contains(node)) return null;
  if (node.nodeType === Node.TEXT_NODE) {
    const piece = node.parentElement.closest("[data-at]");
    if (piece === null) return null;
    const text = node.data;
    // Never cut an emoji in two: a start moves before it, an end behind it.
    const low = text.charCodeAt(place);
    const high = text.charCodeAt(place - 1);
    if (low >= 0xdc00 && low < 0xe000 && high >= 0xd800 && high < 0xdc00) place += after ? 1 : -1;
    return Number(piece.dataset.at) + codePoints(text.slice(0, place));
  }
  // Between elements: the offset of the next piece, or the end of the text.
  const range = document.createRange();
  range.setStart(node, place);
  range.setEnd(root, root.childNodes.length);
  for (const piece of root.querySelectorAll("[data-at]")) {
    if (range.comparePoint(piece, 0) >= 0) return Number(piece.dataset.at);
  }
  const pieces = root.querySelectorAll("[data-at]");
  const last = pieces[pieces.length - 1];
  return last ? Number(last.dataset.at) + codePoints(last.textContent) : 0;
}

/** The stretch of the letter that is selected: {start, end} in code points, half-open; null when none is. */
function selectedStretch(root) {
  const selection = window.getSelection();
  if (selection === null || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const start = offsetOf(root, range.startContainer, range.startOffset, false);
  const end = offsetOf(root, range.endContainer, range.endOffset, true);
  return start === null || end === null || end <= start ? null : { start, end };
}
