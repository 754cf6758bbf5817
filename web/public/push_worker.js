// Shows a notice that arrived while the page was closed, and opens the page; keeps nothing and answers no request.
"use strict";

const SAYS = {
  ring: "Somebody rang",
  motion: "Something moves at the door",
  offline: "The camera sees nothing any more",
  back: "The camera sees again",
  missed: "Something happened at the door while this could not be reached",
  test: "A test: notices from the door arrive here",
};
const LATE_S = 120;

/** What the courier sent: a word and seconds since 1970. Anything else is told as a notice without words of its own. */
function read(data) {
  const [word, seconds] = (data ? data.text() : "").split(" ");
  const at = Number(seconds) * 1000;
  return { says: SAYS[word] ?? "Something happened at the door", word, at: Number.isFinite(at) && at > 0 ? at : Date.now() };
}

function show({ says, word, at }) {
  const late = Date.now() - at > LATE_S * 1000;
  const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(at);
  return self.registration.showNotification(says, {
    body: late ? `At ${time}` : "",
    tag: `stoop-${word === "back" ? "offline" : word}`,
    renotify: true,
    timestamp: at,
    icon: "/icon-180.png",
    requireInteraction: word === "ring" && !late,
  });
}

async function openPage() {
  const pages = await self.clients.matchAll({ type: "window" });
  if (pages.length > 0) return pages[0].focus();
  return self.clients.openWindow("/");
}

self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage());
});
