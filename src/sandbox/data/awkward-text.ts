/** Texts as shoppers and clerks really write them: quotes, line ends, emoji, other scripts, and nothing at all. */

export const firstNames = Object.freeze([
  'Jon',
  'Åsa',
  'Zoë',
  "D'Arcy",
  'Łukasz',
  'José María',
  'נועה',
  '美咲',
  'محمد',
  'Anna-Lena',
  'O',
  ' Pio ',
]);

export const lastNames = Object.freeze([
  'Snow',
  'Öberg',
  "O'Neill",
  'von der “Heide”',
  'Smith, Jr.',
  'כהן',
  '佐藤',
  'الخطيب',
  'Sym',
  'Nguyễn',
  'Müller\tBauer',
]);

export const streets = Object.freeze([
  'Teststr. 1',
  'Drottninggatan 71 C',
  '12, rue de l’Église',
  'רחוב הרצל 5',
  '1600 "Main" St; Suite 4',
  'Østre Alle 3\nc/o Hansen',
  '渋谷区1-2-3',
]);

export const cities = Object.freeze([
  'Stockholm',
  'Winterfell',
  'Malmö',
  'København',
  'Tel Aviv-יפו',
  "L'Aquila",
  '東京',
]);

export const companies = Object.freeze([
  'CENTRA',
  'Brown & Sons, Ltd.',
  'Boutique «Été»',
  'Żabka "24h"',
  'حلويات',
  'A/S Nord\\Syd',
  'Kaufhaus 🏬 GmbH',
]);

export const comments = Object.freeze([
  'Please leave at the door 🚪',
  'He said: "ring twice"',
  'First line\nsecond line\r\nthird',
  'שלום, נא להתקשר',
  'comma, semicolon; tab\there',
  '👩‍👩‍👧‍👦 family order',
  '\\N',
  'NULL',
  "Robert'); DROP TABLE orders;--",
  '<b>bold</b> &amp; more',
  '  leading and trailing  ',
  '\u200Fمن اليمين إلى اليسار\u200E mixed',
  '—',
]);

export const productNames = Object.freeze([
  'Basic Jacket',
  "90's boot leg ",
  'T-shirt “Nörd”',
  'Wool Sock 3-pack',
  'Chair',
  'Tröja, stickad',
  'כובע',
  'Sneaker ★ Low',
  'Mütze',
  'Bag "Carry-all" 24"',
]);

export const variantNames = Object.freeze([
  'Black',
  'Off-white',
  'Blå',
  'Röd/Vit',
  'Navy 🌊',
  'Forest "deep"',
  'N/A',
]);
