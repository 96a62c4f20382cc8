/// What passes between a supervisor and whoever runs it: the plan, requests and their outcomes,
/// what is said meanwhile, the status. Plain data; it knows nothing of how anything is done.
@NullMarked
package dev.berth.supervise.contract;

import org.jspecify.annotations.NullMarked;
