// What the review does in the browser: its keys, and showing samples anew. FiftyOne loads this file with the plugin;
// there is no build step.
//
// A key presses the button of the same act, so that what it asks and does is said in one place, operators.py.
// Keys are silent while somebody types, while a dialog is open, with Ctrl, Alt or Meta held, in the annotate tab of the
// modal (which has letters of its own), and on datasets where the button does not stand.
(() => {
  "use strict";

  const PLUGIN = "@bgrsr/review";
  const ACTS = { a: "accept", d: "reject", k: "rekey", b: "hold_out", u: "undo", n: "next_unjudged" };
  const TYPING = "input, textarea, select, [contenteditable=''], [contenteditable=true], [role=textbox], .monaco-editor";
  const DIALOG = "[role=dialog]:not(#modal):not(#modal *), [data-cy=operators-prompt-modal], [data-cy=operators-browser]";

  const modal = () => document.querySelector("[data-cy=modal]");

  const isTyping = (event) =>
    event.composedPath().some((element) => element instanceof Element && element.matches(TYPING));

  const isVisible = (element) => element.getClientRects().length > 0;

  const isAnnotating = () => new URLSearchParams(window.location.search).get("mode") === "annotate";

  const onKey = (event) => {
    const act = ACTS[event.key.toLowerCase()];
    const held = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    if (!act || held || event.repeat || event.defaultPrevented || isTyping(event)) return;
    if ([...document.querySelectorAll(DIALOG)].some(isVisible) || (modal() && isAnnotating())) return;
    const uri = `${PLUGIN}/${act}${modal() ? "_in_modal" : ""}`;
    event.preventDefault();
    event.stopPropagation();
    window.__foo__.executeOperator("@voxel51/operators/prompt_user_for_operation", { operator_uri: uri, params: {} });
  };

  // The modal keeps the sample that it has shown, also when the dataset is loaded again (1.22). This hands it the new one.
  class ShowAnew extends window.__foo__.Operator {
    get config() {
      return new window.__foo__.OperatorConfig({ name: "show_anew", label: "bgrsr: show anew", unlisted: true });
    }
    useHooks() {
      return { update: window.__fos__.useUpdateSamples() };
    }
    async execute({ hooks, params }) {
      hooks.update(params.samples.map((sample) => [sample._id, sample]));
    }
  }

  window.__foo__.registerOperator(ShowAnew, PLUGIN);
  window.addEventListener("keydown", onKey, { capture: true });
})();
