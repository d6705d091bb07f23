// Watches the figures, and the suggestions of one need, over gRPC-Web. A stream that ends is opened again behind the last message read.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { StatisticsService } from "./gen/cooperanet/matching/v1/statistics_service_pb.js";
import { MatchingService } from "./gen/cooperanet/matching/v1/matching_service_pb.js";
import { WatchKind } from "./gen/cooperanet/matching/v1/resources_pb.js";

const place = new URLSearchParams(location.search);
const transport = createGrpcWebTransport({ baseUrl: place.get("server") ?? "http://127.0.0.1:8080" }); // the JSON port speaks gRPC-Web
const figures = createClient(StatisticsService, transport);
const matching = createClient(MatchingService, transport);
const form = document.querySelector("form");
let leaving = new AbortController();

form.language.value = place.get("language") ?? "en";
form.need.value = place.get("need") ?? "";
form.addEventListener("submit", event => {
  event.preventDefault();
  start();
});
start();

function start() {
  leaving.abort();
  leaving = new AbortController();
  const languageCode = form.language.value;
  document.documentElement.lang = languageCode;
  document.getElementById("figures").replaceChildren();
  document.getElementById("suggestions").replaceChildren();
  watch("figures-state", (resumeToken, options) => figures.watchStatistics({ languageCode, resumeToken }, options), message => message.statistics.tables.forEach(showTable));
  if (form.need.value) {
    const headers = form.token.value ? { authorization: `Bearer ${form.token.value}` } : {}; // kept in the page only
    watch("suggestions-state", (resumeToken, options) => matching.watchSuggestions({ parent: form.need.value, languageCode, resumeToken }, { ...options, headers }), message => showSuggestions(message.suggestions));
  }
}

// Reads a stream for as long as the page wants it; waits 1, 2, 4 … at most 30 seconds before it opens it again.
async function watch(state, open, show) {
  const { signal } = leaving;
  const said = document.getElementById(state);
  for (let resumeToken = "", pause = 1; !signal.aborted; pause = Math.min(2 * pause, 30)) {
    try {
      for await (const message of open(resumeToken, { signal })) {
        resumeToken = message.resumeToken;
        pause = 1;
        if (message.kind !== WatchKind.HEARTBEAT) {
          show(message);
        }
        tell(said, `${WatchKind[message.kind]} ${new Date().toLocaleTimeString()}`);
      }
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (signal.aborted) {
        return;
      }
      tell(said, `${Code[error.code]}: ${error.rawMessage}`, true);
      if ([Code.InvalidArgument, Code.NotFound, Code.Unauthenticated, Code.PermissionDenied].includes(error.code)) {
        return; // asking again would not help
      }
    }
    await new Promise(resume => setTimeout(resume, 1000 * pause));
  }
}

function tell(element, text, broken = false) {
  element.textContent = text;
  element.classList.toggle("broken", broken);
}

function showTable(table) {
  const most = Math.max(1, ...table.rows.map(row => row.count));
  const shown = element("table", { id: table.id }, element("caption", {}, `${table.id}: ${table.total} ${table.denominator}`),
    ...table.rows.filter(row => row.count > 0).map(row => {
      const bar = element("div");
      bar.style.width = `${100 * row.count / most}%`;
      return element("tr", {}, element("td", {}, row.label), element("td", { className: "number" }, String(row.count)), element("td", { className: "bar" }, bar));
    }));
  const before = document.getElementById(table.id);
  before ? before.replaceWith(shown) : document.getElementById("figures").append(shown);
}

function showSuggestions(list) {
  document.getElementById("suggestions").replaceChildren(...list.suggestions.map(suggestion =>
    element("li", {}, `${suggestion.title} (${suggestion.country}, ${suggestion.score.toFixed(2)}): ${suggestion.explanation.summary}`)));
  if (list.abstention) {
    document.getElementById("suggestions").append(element("li", {}, list.abstention.reason));
  }
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
