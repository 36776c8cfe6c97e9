// ORCID puts some errors behind a # in the address, where servers do not see them. This sends the
// error's name to the portal, and nothing else.
"use strict";
const form = document.getElementById("fragment");
const fragment = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const error = new URLSearchParams(fragment).get("error") ||
  ["login_required", "interaction_required"].find((name) => fragment === name) || "none";
form.elements.error.value = /^[a-z_]{1,40}$/.test(error) ? error : "unknown";
form.requestSubmit();
