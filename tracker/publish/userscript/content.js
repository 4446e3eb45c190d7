
showFacts(document, location.href, (ids) => chrome.runtime.sendMessage({ ids }));
