/** Tar files that depend on their entries alone. */
export { block, checksumOf, padded, type TarHeader, tarHeader } from "./tar-header.ts";
