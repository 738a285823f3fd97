import { type Dice, salted } from '../dice.ts';
import { productNames, variantNames } from './awkward-text.ts';
import type { Named, Tenant } from './tenant.ts';

const salts = Object.freeze({
  name: salted('product.name'),
  price: salted('product.price'),
  status: salted('product.status'),
  changed: salted('product.changed'),
  variants: salted('product.variants'),
  sizes: salted('variant.sizes'),
  variantName: salted('variant.name'),
  group: salted('product.group'),
  code: salted('product.code'),
  gap: salted('product.gap'),
});

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly productNumber: string | null;
  readonly isBundle: boolean;
  readonly harmonizedCommodityCode: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly brand: Named | null;
  readonly collection: Named | null;
  readonly folder: Named | null;
  /** With tax, in the base currency. */
  readonly price: number;
  readonly variants: ProductVariant[];
}

export interface ProductVariant {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly variantNumber: string | null;
  readonly internalName: string | null;
  /** In the base currency. */
  readonly cost: number | null;
  readonly updatedAt: number;
  readonly product: Product;
  readonly productSizes: ProductSize[];
}

export interface ProductSize {
  readonly id: number;
  readonly description: string | null;
  readonly SKU: string | null;
  readonly EAN: string | null;
  readonly UPC: string | null;
  readonly sizeNumber: string | null;
  readonly preorder: boolean | null;
  readonly productVariant: ProductVariant;
}

const sizeRuns = Object.freeze([
  ['One Size'],
  ['S', 'M', 'L'],
  ['XS', 'S', 'M', 'L', 'XL', '2XL'],
  ['36', '37', '38', '39', '40', '41', '42', '43½'],
]);

/** All products of the shop. They are held as objects: even a large shop has few of them. */
export class Assortment {
  readonly products: Product[] = [];
  readonly variants: ProductVariant[] = [];
  readonly sizes: ProductSize[] = [];
  /** How many of `sizes` the shop opened with. */
  readonly initialSizes: number;
  /** The sizes of bundles, among those. */
  readonly bundleSizes: readonly ProductSize[];
  readonly #byId = new Map<number, ProductSize>();
  readonly #dice: Dice;

  constructor(dice: Dice, tenant: Tenant, count: number, now: number) {
    this.#dice = dice;
    for (let slot = 0; slot < count; slot++) this.#addProduct(tenant, slot, now);
    this.initialSizes = this.sizes.length;
    this.bundleSizes = this.sizes.filter((size) => size.productVariant.product.isBundle);
  }

  size(id: number): ProductSize | undefined {
    return this.#byId.get(id);
  }

  /** A size more on one of the variants, as when a brand extends its run. */
  extend(variant: ProductVariant): ProductSize {
    return this.#addSize(variant, `Extra ${variant.productSizes.length + 1}`);
  }

  #addProduct(tenant: Tenant, slot: number, now: number): void {
    const dice = this.#dice;
    const createdAt = now - 86_400 * (420 + dice.below(600, salts.changed, slot, 1));
    const isNumbered = dice.fraction(salts.gap, slot) > 0.04;
    const product: Product = {
      id: slot + 1,
      name: dice.pick(productNames, salts.name, slot),
      status: dice.pick(
        ['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE', 'CANCELLED'],
        salts.status,
        slot,
      ),
      productNumber: isNumbered ? `Prod${100 + slot}` : null,
      isBundle: dice.fraction(salts.status, slot, 1) < 0.05,
      harmonizedCommodityCode:
        dice.fraction(salts.gap, slot, 1) < 0.3 ? null : `62${1000 + dice.below(8000, salts.code, slot)}`,
      createdAt,
      updatedAt: now - dice.below(86_400 * 400, salts.changed, slot),
      brand: dice.fraction(salts.gap, slot, 2) < 0.05 ? null : dice.pick(tenant.brands, salts.group, slot),
      collection:
        dice.fraction(salts.gap, slot, 3) < 0.2 ? null : dice.pick(tenant.collections, salts.group, slot, 1),
      folder: dice.pick(tenant.folders, salts.group, slot, 2),
      price: dice.pick([0.3, 19.9, 49.95, 99, 119.95, 249.5, 675, 1299.99, 4500], salts.price, slot),
      variants: [],
    };
    this.products.push(product);
    const variantCount = 1 + dice.below(4, salts.variants, slot);
    for (let i = 0; i < variantCount; i++) this.#addVariant(product, now);
  }

  #addVariant(product: Product, now: number): void {
    const dice = this.#dice;
    const slot = this.variants.length;
    const variant: ProductVariant = {
      id: slot + 1,
      name: dice.pick(variantNames, salts.variantName, slot),
      status: product.status,
      variantNumber: `V${String(slot % 1000).padStart(3, '0')}`,
      internalName: dice.fraction(salts.gap, slot, 4) < 0.3 ? null : `vrnt${slot + 1}`,
      cost: dice.fraction(salts.gap, slot, 5) < 0.15 ? null : product.price * 0.3,
      updatedAt: now - dice.below(86_400 * 400, salts.changed, slot, 2),
      product,
      productSizes: [],
    };
    this.variants.push(variant);
    product.variants.push(variant);
    for (const label of dice.pick(sizeRuns, salts.sizes, slot)) this.#addSize(variant, label);
  }

  #addSize(variant: ProductVariant, label: string): ProductSize {
    const dice = this.#dice;
    const slot = this.sizes.length;
    const { productNumber } = variant.product;
    const sizeNumber = label === 'One Size' ? 'OS' : label.replace('½', '.5').replace(' ', '');
    const size: ProductSize = {
      // Ids do not begin at 1 and leave gaps, as after years of deletions.
      id: 279 + slot * 2 + dice.below(2, salts.code, slot, 3),
      description: dice.fraction(salts.gap, slot, 6) < 0.05 ? null : label,
      SKU: productNumber === null ? null : `${productNumber}${variant.variantNumber}${sizeNumber}`,
      EAN: dice.fraction(salts.gap, slot, 7) < 0.1 ? null : `73${String(10_000_000_000 + slot * 37)}`,
      UPC: dice.fraction(salts.gap, slot, 8) < 0.7 ? null : `0${String(10_000_000_000 + slot * 11)}`,
      sizeNumber,
      preorder: dice.fraction(salts.gap, slot, 9) < 0.5 ? null : dice.fraction(salts.gap, slot, 10) < 0.1,
      productVariant: variant,
    };
    this.sizes.push(size);
    this.#byId.set(size.id, size);
    variant.productSizes.push(size);
    return size;
  }
}
