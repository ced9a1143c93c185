import type { Server, Socket } from "node:net";

export interface AddressLimit {
  readonly perAddress: number;
  /** Whether connections from an address stand for many clients: they are not counted. */
  readonly isProxy: (address: string) => boolean;
}

/** Closes connections of an address that has its share already: it keeps no other one out. */
export function limitByAddress(
  server: Pick<Server, "on">,
  { perAddress, isProxy }: AddressLimit,
): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const { remoteAddress: address = "" } = socket;
    if (isProxy(address)) return;
    const count = open.get(address) ?? 0;
    if (count >= perAddress) {
      socket.destroy();
      return;
    }
    open.set(address, count + 1);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
