/** What the server needs of a customer service. */

import type { customerService, Notes, ServiceOptions, ServicePlan } from '../../apps/index.ts';

/** The service of one tenant. */
export interface TenantService {
  readonly serve: ReturnType<typeof customerService>;
  /** Its conversations and what is handed over. */
  readonly notes: Notes;
}

export interface ServicePort {
  open(tenant: string, knowledge: Pick<ServiceOptions, 'collections' | 'writer'>): TenantService;
  readonly plan: ServicePlan;
}
