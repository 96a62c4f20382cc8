/// For a server that Berth's dispatcher hands connections to: an `accept()` without a listener.
///
/// [dev.berth.worker.BerthListener] is for code on the plain JDK,
/// [dev.berth.worker.BerthNettyListener] for Netty 4.2. From Java 17 on; nothing here depends on
/// other parts of Berth, so that a dispatcher of one release works with the workers of another:
/// what they have in common is the protocol of `docs/worker.md`.
@NullMarked
package dev.berth.worker;

import org.jspecify.annotations.NullMarked;
