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
