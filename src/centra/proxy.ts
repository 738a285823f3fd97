/** The variables that name a proxy, as programs on company networks read them. */
export interface ProxyVariables {
  readonly [name: string]: string | undefined;
}

export interface ProxyServer {
  /** Where it is, without what logs in to it. */
  readonly url: string;
  /** For people: `proxy.acme.example:8080`. */
  readonly name: string;
  /** The value of `Proxy-Authorization`, where its variable names a user. */
  readonly authorization: string | undefined;
}

/**
 * The proxy between here and an address, if the variables name one: HTTPS_PROXY for https, HTTP_PROXY for http and where
 * the other is missing, unless NO_PROXY lists the host. Small letters go before capitals. Undefined: the way is direct.
 */
export function proxyFor(address: string, variables: ProxyVariables): ProxyServer | undefined {
  const { protocol, hostname, port } = new URL(address);
  const http = variable(variables, 'http_proxy');
  const text = protocol === 'https:' ? (variable(variables, 'https_proxy') ?? http) : http;
  const isDirect = text === undefined || isListed(hostname, port || defaultPorts[protocol] || '', variables);
  return isDirect ? undefined : parseProxy(text);
}

const defaultPorts: Readonly<Record<string, string>> = Object.freeze({ 'http:': '80', 'https:': '443' });

function variable(variables: ProxyVariables, name: string): string | undefined {
  const texts = [variables[name], variables[name.toUpperCase()]].map((text) => text?.trim());
  return texts.find((text) => text !== undefined && text !== '');
}

/** `*` lists all hosts; a name lists its subdomains too, with or without a dot or `*.` before it; a port limits it to that port. */
function isListed(hostname: string, port: string, variables: ProxyVariables): boolean {
  const host = hostname.toLowerCase();
  return (variable(variables, 'no_proxy') ?? '').split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', only] = /^(\[.*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
    const bare = name.replace(/^\*?\./, '').toLowerCase();
    if (bare === '' || (only !== undefined && only !== port)) return false;
    return host === bare || host === `[${bare}]` || host.endsWith(`.${bare}`);
  });
}

/** A value that is no address is not passed over: the request then fails, and says why. */
function parseProxy(text: string): ProxyServer {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return { url: '', name: 'of the variables', authorization: undefined };
  const { protocol, host, username, password } = new URL(address);
  const login = `${decoded(username)}:${decoded(password)}`;
  return {
    url: `${protocol}//${host}`,
    name: host,
    authorization: username === '' ? undefined : `Basic ${Buffer.from(login, 'utf8').toString('base64')}`,
  };
}

/** A percent sign that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
