/** What the server needs of a customer service. */

import type { customerService, Notes, ServiceKnowledge, ServicePlan } from '../../apps/index.ts';

/** The service of one tenant, by the plan as it is now. */
export interface TenantService {
  readonly serve: ReturnType<typeof customerService>;
  /** Its conversations and what is handed over. */
  readonly notes: Notes;
}

export interface ServicePort {
  /** As the owner of the server has it now. */
  plan(): Promise<ServicePlan>;
  open(tenant: string, knowledge: Omit<ServiceKnowledge, 'notes'>): Promise<TenantService>;
}
