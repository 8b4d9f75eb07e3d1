// The page works by forms and links alone; this keeps it fresh and in place.
"use strict";

(() => {
  const parts = ["list", "status", "chat"];
  const shown = {};
  const problem = document.getElementById("problem");

  const chat = document.getElementById("chat");
  // The chat stays at its end, also when a picture arrives late, until somebody scrolls up.
  let atEnd = true;

  const toEnd = () => {
    if (chat) chat.scrollTop = chat.scrollHeight;
  };
  chat?.addEventListener("scroll", () => {
    atEnd = chat.scrollTop + chat.clientHeight > chat.scrollHeight - 80;
  });
  chat?.addEventListener("load", () => atEnd && toEnd(), true);

  const show = (name, html) => {
    const place = document.getElementById(name);
    if (!place || shown[name] === html) return;
    shown[name] = html;
    const stay = atEnd;
    place.innerHTML = html;
    if (name === "chat" && stay) toEnd();
  };

  const refresh = async () => {
    const answer = await fetch("/phones/part" + location.search);
    if (!answer.ok) return;
    const html = await answer.json();
    for (const name of parts) show(name, html[name]);
  };

  const say = (text) => {
    if (!problem) return;
    problem.textContent = text;
    problem.hidden = !text;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const input = form.querySelector("input[type=text]");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "x-part": "1" } });
      say(answer.ok ? "" : await answer.text());
      if (answer.ok && input) input.value = "";
      await refresh();
      toEnd();
    } catch (error) {
      say(String(error));
    }
  });

  const search = document.querySelector("input[type=search]");
  search?.addEventListener("input", () => {
    const address = new URL(location.href);
    address.searchParams.set("q", search.value);
    history.replaceState(null, "", address);
    refresh().catch(() => {});
  });

  const poll = async () => {
    if (!document.hidden) await refresh().catch(() => {});
    setTimeout(poll, 1000);
  };
  toEnd();
  poll();
})();
