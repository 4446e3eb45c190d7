
showFacts(document, location.href, (ids) => new Promise((resolve, reject) => {
  GM_xmlhttpRequest({
    method: "GET",
    url: `${TRACKER}/api/papers?limit=${MOST}&ids=${ids.join(",")}`,
    anonymous: true,
    timeout: 10000,
    onload: (answer) => (answer.status === 200 ? resolve(JSON.parse(answer.responseText)) : reject(answer.status)),
    onerror: reject,
    ontimeout: reject,
  });
}));
