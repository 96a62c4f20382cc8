/// What passes between a supervisor and the code that runs it: the plan, requests and their
/// outcomes, messages, the status. Plain data, independent of how anything is done.
@NullMarked
package dev.berth.supervise.contract;

import org.jspecify.annotations.NullMarked;
