"use strict";
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    const said = (text) => {
      button.textContent = text;
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    };
    try {
      await navigator.clipboard.writeText(code.textContent);
      said("Copied");
    } catch {
      getSelection().selectAllChildren(code);
      said("Selected");
    }
  });
}
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const upward = head.getAttribute("aria-sort") !== "ascending";
      const value = (row) => {
        const cell = row.cells[place];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
      };
      const order = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (typeof x === "number" && typeof y === "number") return x - y;
        // What has no number comes last, whichever way.
        if (typeof x !== typeof y) return (typeof x === "number" ? -1 : 1) * (upward ? 1 : -1);
        return x.localeCompare(y, "en", { numeric: true });
      };
      const rows = [...table.tBodies[0].rows].sort((a, b) => (upward ? order(a, b) : order(b, a)));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", upward ? "ascending" : "descending");
      table.tBodies[0].append(...rows);
    });
  });
}
for (const details of document.querySelectorAll("details")) {
  addEventListener("beforeprint", () => { details.open = true; });
}
