import { expect, test } from "vitest";
import { ForgeError } from "../../api/index.ts";
import { checkedProxyUrl, checkedRepositoryUrl } from "./origin-policy.ts";

test.each([
  {
    url: "http://git.example.com/r",
    allowed: [],
    ok: false,
    because: "plain http to a host nobody allowed",
  },
  {
    url: "http://git.example.com/r",
    allowed: ["git.example.com"],
    ok: true,
    because: "the host is allowed",
  },
  {
    url: "http://git.example.com:8080/r",
    allowed: ["git.example.com:8080"],
    ok: true,
    because: "host and port are",
  },
  {
    url: "http://127.0.0.1.example.com/r",
    allowed: [],
    ok: false,
    because: "it only looks like loopback",
  },
  { url: "http://[::1]/r", allowed: [], ok: true, because: "it is loopback" },
  { url: "https://git.example.com/r", allowed: [], ok: true, because: "it is https" },
  {
    url: "https://ann:pw@git.example.com/r",
    allowed: [],
    ok: false,
    because: "the url carries credentials",
  },
  {
    url: "ssh://git@git.example.com/r",
    allowed: ["git.example.com"],
    ok: false,
    because: "ssh is not spoken",
  },
  { url: "ext::sh -c id", allowed: [], ok: false, because: "it is no place" },
  { url: "file:///etc", allowed: [], ok: false, because: "a file is no server" },
])("$url is fit: $ok, since $because", ({ url, allowed, ok }) => {
  let code: unknown;
  try {
    checkedRepositoryUrl(url, allowed);
  } catch (error) {
    code = error instanceof ForgeError && error.code;
  }
  expect(code).toBe(ok ? undefined : "InsecureTransport");
});

test.each([
  { url: "http://proxy:3128", ok: true, because: "what goes through is a tunnel" },
  { url: "https://proxy:3128/", ok: true, because: "it is https" },
  { url: "http://ann:pw@proxy:3128", ok: false, because: "the url carries credentials" },
  { url: "socks5://proxy:1080", ok: false, because: "it is no HTTP proxy" },
  { url: "proxy:3128", ok: false, because: "it is no url of a host" },
])("proxy $url is fit: $ok, since $because", ({ url, ok }) => {
  const judge = () => checkedProxyUrl(url);
  let code: unknown;
  try {
    judge();
  } catch (error) {
    code = error instanceof ForgeError && error.code;
  }
  expect(code).toBe(ok ? undefined : "InsecureTransport");
});
