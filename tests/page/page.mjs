// Makes pages of runs, of a sweep and of a suite, looks at them in Chromium, and takes pictures of them.
//
// Usage: node page.mjs KADSIM CACHE. CACHE has node_modules; what is made goes there too.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [kadsim, cache] = process.argv.slice(2);
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(join(cache, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const results = join(cache, "results");
const pictures = join(cache, "pictures");

// Text that would do something if it were not escaped.
const MARKUP = "</title></script><script>document.title = 1</script><img src=http://x onerror=alert(1)>&";
const SMALL = ["phases.init=20s", "phases.transition=40s", "phases.measurement=3m"];

const CASES = [
  {
    name: "faults",
    command: ["run", "scenarios/partition-heal.toml"],
    // Shorter than the file has it, so that it takes a few seconds.
    set: ["nodes.count=250", "workload.0.rate=2/min", "workload.1.rate=2/min", `description=${JSON.stringify(MARKUP)}`,
      `fault.0.name=${JSON.stringify("<b>cut & <i>run")}`],
    folder: "partition-heal-42",
    headings: ["What was simulated", "Operations", "Faults", "Plots", "Records", "Network and messages", "Repeat it"],
    plots: 10,
  },
  {
    name: "attacks",
    command: ["run", "scenarios/eclipse.toml"],
    set: ["nodes.count=350", "phases.measurement=5m", 'output.plots=["png"]'],
    folder: "eclipse-42",
    headings: ["What was simulated", "Attacks", "Plots", "Repeat it"],
    plots: 8,
  },
  {
    name: "live",
    command: ["run", "scenarios/quickstart.toml"],
    set: ["kademlia.preset=go-libp2p", "nodes.count=200", "workload.1.kind=provide", "output.plots=[]", ...SMALL],
    folder: "quickstart-42",
    headings: ["Beside live networks", "Plots"],
    plots: 5,
  },
  {
    name: "sweep",
    command: ["sweep", "scenarios/sweeps/parallelism.toml"],
    set: ["nodes.count=100", ...SMALL],
    more: ["--repeats", "3", "--vary", "kademlia.alpha=1,3", "--vary", "network.loss.rate=0,0.1"],
    folder: "parallelism-42-sweep",
    headings: ["What was varied", "Summary", "Plots", "Runs", "Repeat it"],
    plots: 8,
  },
];
const APPLICATIONS = [
  {
    name: "applications",
    command: ["run", "scenarios/services.toml"],
    // Blocks as well, and a text that would do something as the name of a class.
    set: ["nodes.count=60", "phases.init=10s", "phases.transition=30s", "phases.measurement=40s", "workload.0.services=4",
      'nodes.class=[{name="<b>all & <i>any", share=1.0}]',
      'workload.1={kind="blocks", count=4, blocks_per_node=2, block_size="4 KiB", memory_size="8 KiB"}'],
    folder: "services-42",
    headings: ["Verdict", "Operations", "Services", "Blocks", "Plots"],
    plots: 12,
    sorts: "calls answered",
  },
  {
    name: "suite",
    command: ["suite", "--test-type", "smoke,topology,throughput,bootstrap,partition", "--max-nodes", "5", "--duration", "20",
      "--repeat", "2"],
    set: [],
    folder: "suite",
    headings: ["Verdict", "Recommendation", "What was run", "Network overview", "Resources", "Topology", "Throughput", "Smoke"],
    plots: 6,
    sorts: "connections",
  },
];
const LOOKS = [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]];

const faults = [];
const holds = (what, is) => { if (!is) faults.push(what); };

function made({ command, set, more = [], folder }) {
  const settings = set.flatMap((setting) => ["--set", setting]);
  const options = { cwd: root, stdio: ["ignore", "ignore", "inherit"], timeout: 120_000 };
  execFileSync(kadsim, [...command, ...settings, ...more, "--out", results, "--quiet"], options);
  execFileSync(kadsim, ["report", join(results, folder), "--quiet"], options);
  return join(results, folder, "report.html");
}

// What is asked within the page.
function seen() {
  const shown = (element) => element.getBoundingClientRect().width > 0 && element.getBoundingClientRect().height > 0;
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
  const widest = [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".box, .plot, pre"))
    .map((e) => e.tagName + "." + e.className);
  return {
    title: document.title,
    overflow: document.documentElement.scrollWidth - innerWidth,
    widest: widest.slice(0, 3),
    headings: [...document.querySelectorAll("h2")].map((h) => h.textContent),
    inOrder: levels[0] === 1 && levels.every((level, i) => i === 0 || level <= levels[i - 1] + 1),
    one: levels.filter((level) => level === 1).length,
    plots: document.querySelectorAll(".plot svg, .plot img").length,
    unseen: [...document.querySelectorAll("svg, img")].filter((e) => !shown(e)).length,
    unloaded: [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
    unnamed: [...document.querySelectorAll("svg, img")].filter((e) => !(e.getAttribute("aria-label") ?? e.alt)).length,
    scripts: document.scripts.length,
    paper: getComputedStyle(document.body).backgroundColor,
  };
}

async function look(browser, url, test, [width, scheme]) {
  const about = `${test.name}, ${width} pixels, ${scheme}`;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  await context.setOffline(true);
  const page = await context.newPage();
  page.on("console", (message) => holds(`${about}: ${message.text()}`, !["error", "warning"].includes(message.type())));
  page.on("pageerror", (error) => faults.push(`${about}: ${error}`));
  page.on("request", (request) => holds(`${about}: it loads ${request.url()}`, request.url() === url || request.url().startsWith("data:")));
  await page.goto(url);
  const found = await page.evaluate(seen);
  holds(`${about}: it is ${found.overflow} pixels too wide: ${found.widest}`, found.overflow <= 0 && found.widest.length === 0);
  for (const heading of test.headings) holds(`${about}: no heading ${heading}`, found.headings.includes(heading));
  holds(`${about}: headings are out of order`, found.inOrder && found.one === 1);
  holds(`${about}: ${found.plots} plots`, found.plots >= test.plots);
  holds(`${about}: ${found.unseen} pictures without size, ${found.unloaded} without content, ${found.unnamed} without name`,
    found.unseen + found.unloaded + found.unnamed === 0);
  holds(`${about}: ${found.scripts} scripts, title ${found.title}`, found.scripts === 1 && found.title.endsWith("kadsim"));
  await page.screenshot({ path: join(pictures, `${test.name}-${width}-${scheme}.png`), fullPage: true });
  await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = true; });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  for (const { id, impact, nodes } of violations) {
    holds(`${about}: axe: ${id}: ${nodes[0].html.slice(0, 200)}`, !["serious", "critical"].includes(impact));
  }
  if (width === 1280 && scheme === "light") await press(page, about, test.sorts ?? "mean");
  await context.close();
  return found.paper;
}

// Whether what can be pressed does what it says.
async function press(page, about, column) {
  const copy = page.locator(".copy").first();
  await copy.click();
  await page.waitForFunction(() => /Copied|Selected/.test(document.querySelector(".copy").textContent));
  const table = page.locator("table.sortable").first();
  if (await table.count() === 0) return;
  const heads = await table.locator("thead th button").allTextContents();
  const place = heads.indexOf(column);
  const numbers = () => table.locator(`tbody tr td:nth-child(${place + 1})`)
    .evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.value)));
  await table.locator("thead th button").nth(place).click();
  const upward = await numbers();
  holds(`${about}: sorted upward: ${upward}`, upward.every((n, i) => i === 0 || n >= upward[i - 1]) && upward.length > 1);
  await table.locator("thead th button").nth(place).click();
  const downward = await numbers();
  holds(`${about}: sorted downward: ${downward}`, String(downward) === String(upward.toReversed()));
}

for (const folder of [results, pictures]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const browser = await chromium.launch({ executablePath, args, timeout: 60_000 });
const ALL = [...CASES, ...APPLICATIONS];
for (const test of ALL) {
  const url = pathToFileURL(made(test)).href;
  const papers = [];
  for (const way of LOOKS) papers.push(await look(browser, url, test, way));
  holds(`${test.name}: light and dark are the same`, papers[0] !== papers[1] && papers[2] !== papers[3]);
}
await browser.close();
for (const fault of new Set(faults)) console.error(`page: ${fault}`);
if (faults.length === 0) console.log(`${ALL.length} pages hold in ${LOOKS.length} ways; pictures are in ${pictures}`);
process.exitCode = faults.length === 0 ? 0 : 1;
