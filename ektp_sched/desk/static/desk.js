// Dropping of files, progress, and scanning: all else works without this script.
"use strict";

// A box for files takes what is dropped on it.
for (const box of document.querySelectorAll(".drop")) {
  const input = box.querySelector("input[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(kind, (event) => {
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
}

// The page of long work asks how far it has come, and moves on when it has ended.
const work = document.getElementById("work");
if (work) {
  const ask = async () => {
    try {
      const answer = await fetch(work.dataset.news);
      if (!answer.ok) {
        location.reload(); // The desk was started anew, and the page says so.
        return;
      }
      const news = await answer.json();
      document.getElementById("work-stage").textContent = news.stage;
      document.getElementById("work-share").value = news.share;
      if (news.state !== "running") {
        location.reload();
        return;
      }
    } catch {
      // The desk is busy or gone; the next question will show.
    }
    setTimeout(ask, 400);
  };
  setTimeout(ask, 200);
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});

// A sheet is printed by its button.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A field says how many numbers were scanned into it.
for (const field of document.querySelectorAll("[data-counts]")) {
  const told = document.getElementById(field.dataset.counts);
  const count = () => {
    const lines = field.value.split("\n").filter((line) => line.trim());
    told.hidden = !lines.length;
    told.textContent = told.dataset.many.replace("0", lines.length);
  };
  field.addEventListener("input", count);
  count();
}

// Whoever is looked for is found while somebody types, and / leads back to the field.
const asked = document.getElementById("asked");
if (asked) {
  const found = document.getElementById("found");
  let waiting = 0;
  let asking = new AbortController();
  document.getElementById("asked-keys").hidden = false;
  asked.addEventListener("input", () => {
    clearTimeout(waiting);
    asking.abort();
    waiting = setTimeout(async () => {
      asking = new AbortController();
      const form = new FormData(asked.form);
      form.set("live", "yes");
      try {
        const answer = await fetch(asked.form.action, {
          method: "POST",
          body: form,
          signal: asking.signal,
        });
        if (answer.ok) {
          found.innerHTML = await answer.text();
          const count = found.querySelector(".count");
          document.getElementById("found-said").textContent = count
            ? count.textContent
            : "";
        }
      } catch {
        // More was typed, or the desk is gone; Enter will show.
      }
    }, 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      asked.focus();
      asked.select();
    }
  });
}
