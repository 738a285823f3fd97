import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { appendFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/config/public-address.ts';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  recordsOf,
  sourceCentra,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { tapCentra } from './singer-messages.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop({ orders: 20 });
});

/** A configuration of the shop, with more settings. */
function config(settings: object): string {
  return fileWith({ endpoint: shop.endpoint, api_token: shop.token, ...settings });
}

function statusOf({ messages }: Outcome) {
  return messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])[0];
}

/** A file of these bytes. */
function bytes(content: Uint8Array, ending = 'json'): string {
  const path = fileWith('', ending);
  writeFileSync(path, content);
  return path;
}

function utf16(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

const empties = {
  tenant_catalog: null,
  start_date: '',
  token_expires_at: null,
  pii_key: '',
  pii_key_id: '',
  budget_share: '',
  max_concurrency: null,
  lookback_minutes: null,
  previous_endpoint: '',
  allow_mass_deletions: '',
  webhook_inbox: `\${EMPTY_INBOX}`,
  webhook_secret: '',
};

describe('settings that are empty are not set', () => {
  test('in a configuration file', async () => {
    const environment = { EMPTY_INBOX: '' };
    const outcome = await sourceCentra(['check', '--config', config(empties)], { environment });
    expect(statusOf(outcome)?.status).toBe('SUCCEEDED');
    expect(logsOf(outcome).filter((line) => !line.startsWith('INFO'))).toEqual([]);
  });

  test('in the settings of a tap, from files and from the environment', async () => {
    const variables = Object.keys(empties).map((name) => [`TAP_CENTRA_${name.toUpperCase()}`, '']);
    const environment = {
      ...Object.fromEntries(variables),
      EMPTY_INBOX: '',
      TAP_CENTRA_ENDPOINT: shop.endpoint,
      TAP_CENTRA_API_TOKEN: shop.token,
      TAP_CENTRA_BUDGET_SHARE: '0.75',
    };
    const both = ['--config', config(empties), '--config=ENV', '--test'];
    const { code, stderr } = await tapCentra(both, { environment });
    expect([code, stderr.match(/^(WARNING|CRITICAL).*/gm)]).toEqual([0, null]);
  });

  test('but one that is required is missing, in one sentence', async () => {
    const outcome = await sourceCentra(['check', '--config', config({ api_token: null })]);
    expect(statusOf(outcome)).toEqual({
      status: 'FAILED',
      message:
        'The configuration lacks "api_token". Make a token in Centra under System > API Tokens and set "api_token" to it.',
    });
  });

  test('a number in a variable that is none gets a sentence', async () => {
    const environment = {
      TAP_CENTRA_ENDPOINT: shop.endpoint,
      TAP_CENTRA_API_TOKEN: shop.token,
      TAP_CENTRA_BUDGET_SHARE: '0,5',
    };
    const { code, stderr } = await tapCentra(['--config=ENV', '--test'], { environment });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'The variable TAP_CENTRA_BUDGET_SHARE does not hold a number. Write it in digits, with a point: 0.5.',
    );
  });
});

describe('files', () => {
  test('a byte order mark is dropped: configuration, catalog, configured catalog, state, secret', async () => {
    const bom = '\ufeff';
    const catalog = fileWith(`${bom}version: 1\nextends: default\n`, 'yaml');
    const secret = fileWith(`${bom}${shop.token}\r\n`, 'txt');
    const settings = {
      endpoint: shop.endpoint,
      api_token: `\${file:${secret}}`,
      tenant_catalog: { source: 'file', path: catalog },
    };
    const path = fileWith(bom + JSON.stringify(settings));
    const discovered = catalogOf(await sourceCentra(['discover', '--config', path]));
    const wanted = fileWith(bom + JSON.stringify(configured(discovered, 'incremental', ['orders'])));
    const first = await sourceCentra(['read', '--config', path, '--catalog', wanted]);
    expect(recordsOf(first).length).toBe((await shop.counts()).orders);
    const state = fileWith(bom + JSON.stringify(lastStates(first)));
    const second = await sourceCentra(['read', '--config', path, '--catalog', wanted, '--state', state]);
    expect([second.code, recordsOf(second)]).toEqual([0, []]);
    const output = fileWith(bom + first.stdout, 'jsonl');
    const verified = await sourceCentra(
      ['verify', '--config', path, '--catalog', wanted, '--output', output],
      {
        isForPeople: true,
      },
    );
    expect(verified).toMatchObject({ code: 0 });
  });

  test('UTF-16 is named: configuration, catalog, configured catalog, state, output, secret', async () => {
    const good = config({});
    const named = bytes(utf16('{}'));
    const read = ['read', '--config', good];
    const wanted = fileWith({ streams: [] });
    const outcomes = await Promise.all([
      sourceCentra(['read', '--config', named, '--only', 'orders'], { isForPeople: true }),
      sourceCentra([...read, '--catalog', named], { isForPeople: true }),
      sourceCentra([...read, '--catalog', wanted, '--state', named], { isForPeople: true }),
      sourceCentra(['verify', '--config', good, '--catalog', wanted, '--output', named], {
        isForPeople: true,
      }),
      sourceCentra(['read', '--config', config({ api_token: `\${file:${named}}` }), '--only', 'orders'], {
        isForPeople: true,
      }),
    ]);
    for (const { code, stdout, stderr } of outcomes) {
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/is UTF-16; save it as UTF-8\./);
    }
    const checked = await sourceCentra(['catalog', 'check', named], { isForPeople: true });
    expect([checked.code, checked.stdout + checked.stderr]).toEqual([
      1,
      expect.stringContaining('The catalog is UTF-16.'),
    ]);
  });

  test('a file that is not a catalog is not quoted', async () => {
    const secrets = fileWith('hunter2: hunter2\nhunter2: "hunter2\n', 'env');
    const tenant_catalog = { source: 'file', path: secrets };
    const outcomes = [
      await sourceCentra(['catalog', 'check', secrets], { isForPeople: true }),
      await sourceCentra(['check', '--config', config({ tenant_catalog })], { isForPeople: true }),
    ];
    for (const { stdout, stderr } of outcomes) {
      expect(stdout + stderr).toContain('This is not a catalog');
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  test('aliases that stand for too much are refused at once', async () => {
    const lines = Array.from({ length: 30 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}]`);
    const bomb = fileWith(`version: 1\nstreams: {}\nl0: &l0 [1, 2]\n${lines.join('\n')}\n`, 'yaml');
    const { code, stdout } = await sourceCentra(['catalog', 'check', bomb], { isForPeople: true });
    expect(code).toBe(1);
    expect(stdout).toContain('The aliases of this catalog stand for more than 10000 values.');
  });
});

describe('the token', () => {
  test.each([
    [
      'a character that no header can hold',
      'hunter\u200b2',
      'holds a character that no HTTP header can hold',
    ],
    ['a second line', 'hunter2\nhunter2', 'holds more than one line'],
  ])('with %s is refused when it is loaded', async (_, token, message) => {
    const path = config({ api_token: token });
    const checked = await sourceCentra(['check', '--config', path]);
    expect(statusOf(checked)?.message).toContain(`The configuration's "api_token" ${message}`);
    const read = await sourceCentra(['read', '--config', path, '--only', 'orders']);
    expect(read.code).toBe(2);
    expect(read.stdout + read.stderr + checked.stdout).not.toContain('hunter');
  });

  test('is the same from a file and from a variable, whatever is around it', async () => {
    const text = `\ufeff ${shop.token} \r\n`;
    const environment = { TOKEN: text };
    for (const api_token of [text, `\${TOKEN}`, `\${file:${fileWith(text, 'txt')}}`]) {
      const outcome = await sourceCentra(['check', '--config', config({ api_token })], { environment });
      expect(statusOf(outcome)?.status).toBe('SUCCEEDED');
    }
  });

  test('is not waited for in a pipe, nor read from a device', async () => {
    const pipe = fileWith('').replace('.json', '.pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      const outcome = await sourceCentra(['check', '--config', config({ api_token: `\${file:${path}}` })]);
      expect(statusOf(outcome)?.message).toContain(
        `The configuration's "api_token" is taken from the file ${path}, which is not a regular file.`,
      );
    }
  });

  test('that expires within a week is warned of, by check and by reads', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const said = async (token_expires_at: string) => {
      const path = config({ token_expires_at });
      const outcomes = [
        await sourceCentra(['check', '--config', path]),
        await sourceCentra(['read', '--config', path, '--only', 'orders']),
      ];
      expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
      return outcomes.map((outcome) => logsOf(outcome).filter((line) => line.includes('token')));
    };
    const soon = [expect.stringMatching(/^WARN The API token expires on \d{4}-\d\d-\d\d, in [34] days\./)];
    expect(await said(day(4))).toEqual([soon, soon]);
    const past = [expect.stringMatching(/^WARN The API token expired on \d{4}-\d\d-\d\d, as /)];
    expect(await said(day(-1))).toEqual([past, past]);
    expect(await said(day(30))).toEqual([[], []]);
  });
});

describe('times', () => {
  test.each([
    ['a day that does not exist', '2026-02-30', '--from is not a day that exists: 2026-02-30.'],
    [
      'no zone',
      '2026-01-01T10:00:00',
      '--from does not say its time zone: 2026-01-01T10:00:00. Write 2026-01-01T10:00:00Z for UTC, or an offset such as 2026-01-01T10:00:00+01:00.',
    ],
    ['a leap second', '2016-12-31T23:59:60Z', '--from is a leap second, which the API does not know'],
    ['a year too far', '20226-01-01', '--from is not a time: 20226-01-01.'],
  ])('--from with %s is refused', async (_, from, message) => {
    const { code, stderr, stdout } = await sourceCentra([
      'read',
      '--config',
      config({}),
      '--only',
      'orders',
      '--from',
      from,
    ]);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(message);
  });

  test.each([
    ['600h', '--snapshots is longer than 24 days: 600h. Use at most 24d, which is 576h.'],
    ['0s', '--snapshots is not a length of time: 0s.'],
    ['5', '--snapshots is not a length of time: 5.'],
  ])('serve --snapshots %s is refused', async (snapshots, message) => {
    const args = ['serve', '--config', config({}), '--read', '--only', 'inventory', '--snapshots', snapshots];
    const { code, stdout, stderr } = await sourceCentra(args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(message);
  });

  test('a day that does not exist in a filter is an error of the catalog', async () => {
    const yaml =
      'version: 1\nextends: default\nstreams:\n  orders:\n    where: { orderDate: { from: "2026-02-30" } }\n';
    const { code, stdout } = await sourceCentra(['catalog', 'check', fileWith(yaml, 'yaml')], {
      isForPeople: true,
    });
    expect(code).toBe(1);
    expect(stdout).toContain('from: "2026-02-30" is not a day that exists.');
  });
});

describe('on a platform that many share', () => {
  const environment = { DEPLOYMENT_MODE: 'CLOUD' };

  async function refusal(settings: object): Promise<string | undefined> {
    const path = fileWith({
      endpoint: 'https://acme.centra.invalid/graphql',
      api_token: 'a-token',
      ...settings,
    });
    const outcome = await sourceCentra(['check', '--config', path], { environment });
    expect(statusOf(outcome)?.status).toBe('FAILED');
    return statusOf(outcome)?.message;
  }

  test('neither files, nor folders, nor what is around the machine', async () => {
    expect(await refusal({ endpoint: shop.endpoint })).toMatch(
      /^The configuration's "endpoint" is not an address/,
    );
    expect(await refusal({ tenant_catalog: { source: 'file', path: '/etc/passwd' } })).toMatch(
      /"tenant_catalog" is a file/,
    );
    expect(await refusal({ webhook_inbox: '/tmp/inbox' })).toMatch(/"webhook_inbox" is a folder/);
  });

  test('nor a name that leads there', async () => {
    const name = hostname();
    const found = await lookup(name, { all: true }).catch(() => []);
    const isPrivate = found.length > 0 && found.some(({ address }) => !isPublicAddress(address));
    const endpoint = `https://${isPrivate ? name : 'localhost'}/graphql`;
    expect(await refusal({ endpoint })).toMatch(
      /not an address of the internet|leads to an address that is not/,
    );
  });
});

test('a catalog that grows is refused by its size', async () => {
  const path = fileWith('version: 1\n', 'yaml');
  appendFileSync(path, '# x\n'.repeat(300_000));
  const { code, stdout } = await sourceCentra(['catalog', 'check', path], { isForPeople: true });
  expect([code, stdout]).toEqual([1, expect.stringContaining('is larger than 1 MB.')]);
});
