"use strict";
// Asks the installation for the page: the pages' own policies forbid them to ask anybody else.

const TRACKER = "@BASE@";
const ID = /^(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]{2,20}\/[0-9]{7})$/;

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  const ids = Array.isArray(message.ids) ? message.ids.filter((id) => ID.test(id)).slice(0, 150) : [];
  fetch(`${TRACKER}/api/papers?limit=150&ids=${ids.join(",")}`, { credentials: "omit", referrerPolicy: "no-referrer" })
    .then((answer) => (answer.ok ? answer.json() : { papers: [] }))
    .then(respond, () => respond({ papers: [] }));
  return true;
});
