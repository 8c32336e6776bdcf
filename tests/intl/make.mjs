// Prints tests/intl/numbers.tsv: kind, language, argument, input, expected.
// Inputs are decimal strings, which Intl formats exactly. Run: node tests/intl/make.mjs > tests/intl/numbers.tsv
// (needs Node 20 or later; the first line names the ICU and CLDR versions it was made with).
//
// Where the reports write otherwise than Intl, on purpose:
// - English days have the day before the month (31 Oct 2026), as en-GB orders them, with the short months of `en` (Sep,
//   where en-GB has Sept), so that months are equally long in a column.
// - English ranges have plain spaces around the dash where Intl has thin ones, and none between two bare numbers.
// - Chinese ranges are in words with one dash (2026年10月1日—31日); Intl has figures only (2026/10/1 – 2026/10/31), so
//   they are not in the table.
// - A column of a table has one scale, written in its heading (`万元`, `CNY K`), and changes of shares are in percentage
//   points: Intl has neither.
const tags = ['zh-CN', 'en'];
const numbers = [
  '0', '1', '-1', '0.04', '-0.04', '0.05', '-0.05', '0.5', '1.5', '2.5', '-2.5', '12', '123.45', '999', '999.94', '999.95',
  '1000', '1234', '-1234.5', '1234.565', '9949', '9950', '9999.94', '9999.95', '10000', '12345', '12345.675', '99950', '99999.5',
  '123456', '-123456', '999949', '999950', '1000000', '1234567', '9999499', '12345678', '-98765432.1', '99994999', '99995000',
  '99999999', '100000000', '123456789', '999949999', '999950000', '1234567890.12', '12345678901.2345', '999949999999',
  '999950000000', '1234567890123', '-9876543210987.65', '12345678901234567', '-123456789012345678901234.565',
];
const ratios = [
  '0', '0.0004', '0.0005', '-0.0004', '-0.0005', '0.00149', '0.0015', '0.1234', '0.12345', '0.12350', '-0.1235', '0.5', '0.9994',
  '0.9995', '1', '1.005', '-1.005', '12.3456', '100', '0.217', '0.8004', '1e-9', '123456.78901', '-0.33333333', '0.6666666666',
];
const currencies = ['CNY', 'USD', 'EUR', 'GBP', 'JPY', 'HKD', 'TWD', 'KRW', 'SGD', 'AUD', 'CAD', 'INR', 'CHF', 'KWD', 'ABC'];
const amounts = ['0', '0.004', '0.005', '-0.005', '1234.5', '-1234.565', '99999.5', '123456789.125', '-987654321987.654'];

const negative = { signDisplay: 'negative' };
const signed = { signDisplay: 'exceptZero' };
const short = {
  notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1, maximumSignificantDigits: 3, roundingPriority: 'morePrecision',
};
const fixed = (n) => ({ minimumFractionDigits: n, maximumFractionDigits: n });

const rows = [`# ICU ${process.versions.icu}, CLDR ${process.versions.cldr}`];
const add = (kind, tag, argument, input, options) =>
  rows.push([kind, tag, argument, input, new Intl.NumberFormat(tag, options).format(input)].join('\t'));

for (const tag of tags) {
  for (const input of numbers) {
    for (const n of [0, 1, 2, 4]) add('decimal', tag, n, input, { ...fixed(n), ...negative });
    add('signed_decimal', tag, 1, input, { ...fixed(1), ...signed });
    add('compact', tag, '', input, { ...short, ...negative });
    add('signed_compact', tag, '', input, { ...short, ...signed });
    add('compact_money', tag, 'CNY', input, { ...short, style: 'currency', currency: 'CNY', ...negative });
  }
  for (const input of ratios) {
    for (const n of [0, 1, 2]) add('percent', tag, n, Number(input), { ...fixed(n), style: 'percent', ...negative });
    add('signed_percent', tag, 1, Number(input), { ...fixed(1), style: 'percent', ...signed });
  }
  for (const currency of currencies) {
    for (const input of amounts) {
      add('money', tag, currency, input, { style: 'currency', currency, ...negative });
      add('signed_compact_money', tag, currency, input, { ...short, style: 'currency', currency, ...signed });
    }
  }
}
for (const tag of tags) for (const input of numbers.filter((n) => /^-?\d+$/.test(n))) {
  add('integer', tag, '', input, { maximumFractionDigits: 0, ...negative });
  add('signed_integer', tag, '', input, { maximumFractionDigits: 0, ...signed });
}

const days = ['2026-10-31', '2026-10-01', '2024-02-29', '2025-09-30', '1999-12-31', '2026-05-04', '2027-01-01', '2026-06-15', '2026-07-08', '2026-08-09', '2026-03-10', '2026-04-11', '2026-11-12'];
const ranges = [
  ['2026-10-01', '2026-10-31'], ['2026-09-01', '2026-10-31'], ['2025-11-01', '2026-10-31'], ['2024-02-01', '2024-02-29'],
  ['2025-12-31', '2026-01-01'], ['2026-09-29', '2026-09-30'], ['2026-01-01', '2026-12-31'],
];
const at = (day) => new Date(`${day}T00:00:00Z`);
const utc = { timeZone: 'UTC' };
const month = { month: 'short', ...utc };
const shortMonth = (day) => new Intl.DateTimeFormat('en', month).format(at(day));
const ordered = { zh: 'zh-CN', en: 'en-GB' };
/** A date as Intl writes it, the months by their English short names. */
const write = (tag, options, day) =>
  new Intl.DateTimeFormat(ordered[tag.slice(0, 2)], { ...options, ...utc }).formatToParts(at(day))
    .map((part) => (tag === 'en' && part.type === 'month' ? shortMonth(day) : part.value)).join('');
for (const tag of tags) {
  for (const day of days) {
    const date = (kind, options) => rows.push([kind, tag, '', day, write(tag, options, day)].join('\t'));
    date('day', { year: 'numeric', month: 'short', day: 'numeric' });
    date('short_day', { month: 'short', day: 'numeric' });
    date('month', { year: 'numeric', month: 'short' });
    date('axis_month', { month: 'short' });
    date('axis_year', { year: 'numeric' });
  }
}
for (const [from, to] of ranges) {
  const parts = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'short', day: 'numeric', ...utc }).formatRangeToParts(at(from), at(to));
  const before = parts.filter((part) => part.source === 'startRange').length;
  const text = parts.map((part) => {
    if (part.type === 'month') return shortMonth(part.source === 'startRange' ? from : to);
    return part.value.includes('\u2013') ? (before === 1 ? '\u2013' : ' \u2013 ') : part.value;
  }).join('');
  rows.push(['days', 'en', to, from, text].join('\t'));
}
process.stdout.write(rows.join('\n') + '\n');
