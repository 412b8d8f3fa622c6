/** A bibliographic service that is asked over HTTP. */

import { type Bibliography, crossref } from '../apps/index.ts';
import { fetchJson } from '../io/index.ts';
import { failPapers } from './papers-errors.ts';

/** @throws `cli/service-url` */
export function openBibliography(url: string, mailto?: string): Bibliography {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw failPapers('cli/service-url', { got: url });
  return crossref({
    baseUrl: url,
    mailto,
    // The address is its owner's own choice: it may be a mirror on this machine. What it names is not.
    getJson: (address, how) => fetchJson(address, { ...how, privateAddresses: true, sameHost: true }),
  });
}
