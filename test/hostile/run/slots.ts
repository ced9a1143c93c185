/** Slots that the server says are in use, by pool. */
export async function slotsInUse(healthUrl: string): Promise<Readonly<Record<string, number>>> {
  const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
  const found = metrics.matchAll(/^forge_server_slots_in_use\{pool="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, pool, count]) => [pool, Number(count)]));
}
