// Shows the blocks of an example, one for each language, in one place, with a row of buttons to choose. In the text each
// block stands under a paragraph with the language's name, and so it is shown without this script.
"use strict";
(() => {
    const NAMES = ["C", "C++", "Rust", "Python", "Kotlin", "Swift"];
    const KEY = "beaver-language";

    const nameOf = (node) => {
        const strong = node?.matches("p") && node.children.length === 1 && node.querySelector(":scope > strong");
        const name = strong && node.textContent.trim();
        return NAMES.includes(name) && node.nextElementSibling?.matches("pre") ? name : null;
    };

    // An example: its languages, each with the block, one behind the other.
    const exampleFrom = (label) => {
        const blocks = new Map();
        while (nameOf(label)) {
            const block = label.nextElementSibling;
            blocks.set(nameOf(label), { label, block });
            label = block.nextElementSibling;
        }
        return blocks;
    };

    const examples = [];
    const choose = (wanted) => {
        for (const { blocks, buttons } of examples) {
            const name = blocks.has(wanted) ? wanted : blocks.keys().next().value;
            for (const [language, { block }] of blocks) block.hidden = language !== name;
            for (const button of buttons) button.setAttribute("aria-selected", String(button.textContent === name));
        }
    };

    for (const label of document.querySelectorAll("main p")) {
        if (!label.isConnected || !nameOf(label)) continue;
        const blocks = exampleFrom(label);
        if (blocks.size < 2) continue;
        const row = document.createElement("div");
        row.className = "languages";
        row.setAttribute("role", "tablist");
        const buttons = [...blocks.keys()].map((name) => {
            const button = document.createElement("button");
            button.type = "button";
            button.setAttribute("role", "tab");
            button.textContent = name;
            button.addEventListener("click", () => {
                // What was clicked stays where it is, though the examples above change their height.
                const before = button.getBoundingClientRect().top;
                choose(name);
                window.scrollBy(0, button.getBoundingClientRect().top - before);
                try {
                    localStorage.setItem(KEY, name);
                } catch {
                    // It is chosen for this page only.
                }
            });
            return button;
        });
        row.append(...buttons);
        label.before(row);
        for (const { label: each } of blocks.values()) each.remove();
        examples.push({ blocks, buttons });
    }
    let remembered = null;
    try {
        remembered = localStorage.getItem(KEY);
    } catch {
        // Storage is closed to this page.
    }
    choose(remembered);
})();
