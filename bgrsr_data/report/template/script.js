// A picture that is clicked fills the screen; arrows go on to the next, Escape, a click or the cross closes.
const dialog = document.querySelector("dialog"), pictures = [...document.querySelectorAll("button.pic")];
let at = 0;
function show(number) {
  at = (number + pictures.length) % pictures.length;
  const image = pictures[at].querySelector("img").cloneNode(), words = document.createElement("p"), close = document.createElement("button");
  if (pictures[at].closest(".panel")) image.className = "wide";
  words.textContent = image.alt;
  close.textContent = "×";
  close.setAttribute("aria-label", "Close");
  dialog.replaceChildren(image, words, close);
  if (!dialog.open) dialog.showModal();
  close.focus();
}
pictures.forEach((picture, number) => picture.addEventListener("click", () => show(number)));
dialog.addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => pictures[at].focus());
addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step && dialog.open) { event.preventDefault(); show(at + step); }
});
const open = (which) => document.querySelectorAll(which).forEach((one) => { one.open = true; });
if (matchMedia("(min-width: 64rem)").matches) open("details.sheet");  // a phone shows one sheet of each stage first
addEventListener("beforeprint", () => open("details"));
