/** On an institution's other pages: the log-out warns of scans that wait on this device. */

import { guardLogOut } from "./scanner-leave.js";

guardLogOut();
