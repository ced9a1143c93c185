#!/usr/bin/env node
import { launch } from "../launch.ts";

launch({ name: "forge-controller", oldestNode: "24" }, () => import("./run.ts"));
