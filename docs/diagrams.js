// Draws the entity diagrams of the book. Without a network their text stays.
const diagrams = document.querySelectorAll("code.language-mermaid");
if (diagrams.length > 0) {
  import("https://cdn.jsdelivr.net/npm/mermaid@11/dist/mermaid.esm.min.mjs").then(({ default: mermaid }) => {
    for (const code of diagrams) {
      const drawing = document.createElement("div");
      drawing.textContent = code.textContent;
      code.parentElement.replaceWith(drawing);
      mermaid.run({ nodes: [drawing] });
    }
  });
}
