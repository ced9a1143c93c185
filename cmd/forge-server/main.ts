#!/usr/bin/env node
import { launch } from "../launch.ts";

launch({ name: "forge-server", oldestNode: "24" }, () => import("./run.ts"));
