#!/usr/bin/env node
import { launch } from "../launch.ts";

launch({ name: "forge-argocd-plugin", oldestNode: "24" }, () => import("./run.ts"));
