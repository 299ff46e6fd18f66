// Saves the chart of one section as a PNG: the figure that is on screen, at a fixed
// size whatever the screen, under its title, note and data date. It is drawn in the
// browser, so the server needs none.

const WIDTH = 1200;
const SCALE = 2;
const EDGE = 32;
const INSIDE = WIDTH - 2 * EDGE;
const SERIF = '600 24px "Source Serif", serif';
const SANS = '400 15px "Source Sans", sans-serif';

let plotly;

function library(url) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return plotly;
}

// An SVG drawn as an image sees none of the page's fonts: they travel inside it.
async function fonts() {
  const files = performance.getEntriesByType("resource").map((each) => each.name);
  const url = files.find((each) => /SourceSans[^/]*Upright[^/]*\.woff2/i.test(each));
  if (!url) return "";
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const binary = Array.from(bytes, (each) => String.fromCharCode(each)).join("");
  return `<style>@font-face{font-family:"Source Sans";font-weight:200 900;` +
    `src:url(data:font/woff2;base64,${btoa(binary)})}</style>`;
}

async function image(chart, Plotly) {
  const height = chart.layout.height ?? 300;
  const layout = { ...chart.layout, width: INSIDE, height, autosize: false };
  const options = { format: "svg", width: INSIDE, height };
  const uri = await Plotly.toImage({ data: chart.data, layout }, options);
  const svg = decodeURIComponent(uri.slice(uri.indexOf(",") + 1));
  const styled = svg.replace(/(<svg[^>]*>)/, `$1${await fonts()}`);
  const found = new Image(INSIDE, height);
  found.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(styled)}`;
  await found.decode();
  return found;
}

// Pieces are [text, colour]; a line is a list of [text, colour, x].
function lines(context, pieces, font) {
  context.font = font;
  const found = [[]];
  let x = 0;
  for (const [text, colour] of pieces) {
    for (const word of text.split(/(?<=\s)/)) {
      const width = context.measureText(word).width;
      if (x && x + context.measureText(word.trimEnd()).width > INSIDE) {
        found.push([]);
        x = 0;
      }
      found.at(-1).push([word, colour, x]);
      x += width;
    }
  }
  return found;
}

function write(context, found, font, top, leading) {
  context.font = font;
  context.textBaseline = "top";
  found.forEach((line, number) => {
    for (const [word, colour, x] of line) {
      context.fillStyle = colour;
      context.fillText(word, EDGE + x, top + number * leading);
    }
  });
  return top + found.length * leading;
}

async function drawn(figure, words) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const title = lines(context, [[words.title, words.ink]], SERIF);
  const note = words.note.length ? lines(context, words.note, SANS) : [];
  const date = lines(context, [[words.date, words.muted]], SANS);
  const head = EDGE + title.length * 32 + 4 + (note.length + date.length) * 22 + 16;
  canvas.width = WIDTH * SCALE;
  canvas.height = (head + figure.height + EDGE) * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = words.page;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const below = write(context, title, SERIF, EDGE, 32) + 4;
  write(context, date, SANS, write(context, note, SANS, below, 22), 22);
  context.drawImage(figure, EDGE, head, INSIDE, figure.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

async function save(words) {
  const chart = document.querySelector(`.st-key-${words.chart} .js-plotly-plot`);
  const figure = await image(chart, await library(words.library));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await drawn(figure, words));
  link.download = words.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const saved = new Set();

// Called again whenever the component is drawn anew: one press saves once.
export default function ({ data }) {
  if (saved.has(data.press)) return;
  saved.add(data.press);
  save(data);
}
