/** The kinds of element a client can give to an attribute type. */
type ElementKind = 'INPUT' | 'TEXTAREA' | 'BOOLEAN' | 'SELECT' | 'FILE' | 'IMAGE';

export interface ElementType {
  readonly key: string;
  readonly description: string | null;
  readonly kind: ElementKind;
  readonly isMulti?: boolean;
  /** What a choice offers, as value and name; for an input, texts to take from. */
  readonly options?: readonly (readonly [value: string, name: string])[];
}

export interface AttributeType {
  readonly name: string;
  readonly description: string | null;
  /** A mapped attribute is a shared object, assigned by reference, and an object can have several of a type. */
  readonly isMapped: boolean;
  /** The share of objects that have it. */
  readonly share: number;
  readonly elements: readonly ElementType[];
}

type Options = readonly (readonly [value: string, name: string])[];

const input = (key: string, description: string | null, options: Options = []): ElementType => ({
  key,
  description,
  kind: 'INPUT',
  options,
});
const choice = (key: string, description: string, options: Options, isMulti = false): ElementType => ({
  key,
  description,
  kind: 'SELECT',
  isMulti,
  options,
});
const plain = (key: string, description: string, kind: ElementKind): ElementType => ({
  key,
  description,
  kind,
});

export const acmeAttributes = Object.freeze({
  Order: [
    {
      name: 'or_channel',
      description: 'Sales channel',
      isMapped: false,
      share: 0.7,
      elements: [
        choice('channel', 'Channel', [
          ['web', 'Web shop'],
          ['app', 'App'],
          ['pos', 'Point of sale'],
          ['social', 'Social “live” shopping'],
        ]),
        input('campaign', 'Campaign code', [
          ['SUMMER-24', ''],
          ['vip "gold"', ''],
          ['', ''],
        ]),
      ],
    },
    {
      name: 'or_gift',
      description: 'Gift wrapping',
      isMapped: false,
      share: 0.1,
      elements: [
        plain('message', 'Greeting', 'TEXTAREA'),
        plain('wrapped', 'Wrap it', 'BOOLEAN'),
        plain('card', 'Printed card', 'FILE'),
      ],
    },
    {
      name: 'or_tags',
      description: 'Tags',
      isMapped: true,
      share: 0.25,
      elements: [
        input('tag', 'Tag', [
          ['vip', ''],
          ['fraud-check', ''],
          ['repeat', ''],
        ]),
      ],
    },
  ],
  Product: [
    {
      name: 'pr_long_name',
      description: 'Long External Product Name',
      isMapped: false,
      share: 0.8,
      elements: [input('text', 'Long External Product Name')],
    },
    {
      name: 'pr_materials',
      description: 'Product materials',
      isMapped: true,
      share: 0.6,
      elements: [
        input('text', 'Material description', [
          ['Wood', ''],
          ['Steel', ''],
          ['Plastic', ''],
          ['Wool – 100 %', ''],
        ]),
      ],
    },
    {
      name: 'pr_care',
      description: null,
      isMapped: false,
      share: 0.4,
      elements: [
        choice(
          'symbols',
          'Care symbols',
          [
            ['30', 'Wash at 30°'],
            ['dry', 'Dry clean'],
            ['iron', 'Iron, low heat'],
          ],
          true,
        ),
        plain('sheet', 'Data sheet', 'FILE'),
      ],
    },
  ],
  ProductVariant: [
    {
      name: 'sh_swatch',
      description: 'Showroom Color Swatch',
      isMapped: true,
      share: 0.7,
      elements: [
        input('desc', 'Color', [
          ['Blue', ''],
          ['Grön', ''],
          ['Off-"white"', ''],
        ]),
        input('hex', 'Hex', [
          ['#0000FF', ''],
          ['#00AA44', ''],
          ['#F5F5F0', ''],
        ]),
        plain('image', 'Image', 'IMAGE'),
      ],
    },
  ],
} satisfies Record<string, readonly AttributeType[]>);

export const nordAttributes = Object.freeze({
  Order: [
    {
      name: 'order_source',
      description: 'Kilde',
      isMapped: false,
      share: 0.9,
      elements: [
        choice('kilde', 'Kilde', [
          ['nettbutikk', 'Nettbutikk'],
          ['butikk', 'Fysisk butikk'],
          ['kundeservice', 'Kundeservice'],
        ]),
        input('butikknummer', 'Butikknummer', [
          ['0012', ''],
          ['0108', ''],
        ]),
      ],
    },
    {
      name: 'order_loyalty',
      description: 'Lojalitet',
      isMapped: false,
      share: 0.35,
      elements: [
        input('medlem', null, [['ÆØÅ-77', '']]),
        input('poeng', 'Poeng', [
          ['1250', ''],
          ['0', ''],
        ]),
      ],
    },
  ],
  Product: [
    {
      name: 'product_text',
      description: 'Produkttekst',
      isMapped: false,
      share: 0.75,
      elements: [plain('no', 'Norsk', 'TEXTAREA'), plain('en', 'Engelsk', 'TEXTAREA')],
    },
    {
      name: 'product_season',
      description: 'Sesong',
      isMapped: true,
      share: 0.5,
      elements: [
        choice('sesong', 'Sesong', [
          ['ss', 'Vår/Sommer'],
          ['aw', 'Høst/Vinter'],
        ]),
      ],
    },
  ],
  ProductVariant: [
    {
      name: 'variant_colour',
      description: 'Farge',
      isMapped: true,
      share: 0.85,
      elements: [
        input('navn', 'Navn', [
          ['Rød', ''],
          ['Blå', ''],
        ]),
        choice(
          'familie',
          'Fargefamilie',
          [
            ['warm', 'Varm'],
            ['cold', 'Kald'],
          ],
          true,
        ),
        plain('bilde', 'Bilde', 'IMAGE'),
      ],
    },
  ],
} satisfies Record<string, readonly AttributeType[]>);
