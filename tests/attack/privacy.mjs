// Promise P9: full numbers, texts and secrets are in the journal and authorised
// answers only. Finds them in what the server wrote elsewhere.

// A national number of 11 digits, wherever it stands: after +86, with dashes or
// spaces between its digits.
const numbersIn = (text) => new Set(
    (text.match(/1[3-9](?:[ -]?\d){9}/g) ?? []).map(
        (found) => found.replaceAll(/[ -]/g, '')));

// Any six characters of a text that are of no other text's frame.
const core = (text) => text.replace(/^【.*?】/, '').slice(0, 12);

// Lists what of {numbers, texts, secrets} is in `written`, the first few of each
// kind, masked.
export function leaksIn(written, { numbers = [], texts = [], secrets = [] }) {
  const leaks = [];
  const found = numbersIn(written);
  for (const number of new Set(numbers)) {
    if (found.has(number)) leaks.push(`number ...${number.slice(-4)}`);
  }
  for (const text of new Set(texts.map(core))) {
    if (written.includes(text)) leaks.push(`text ${text.slice(0, 4)}...`);
  }
  for (const secret of secrets) {
    // The id in slk_ID_SECRET is public.
    if (written.includes(secret.split('_').slice(2).join('_'))) {
      leaks.push(`secret of ${secret.split('_')[1]}`);
    }
  }
  return leaks.slice(0, 10);
}
