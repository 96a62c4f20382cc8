/// For servers that receive their connections from Berth's dispatcher: `accept()` without a
/// listener.
///
/// [dev.berth.worker.BerthListener] is for code on the plain JDK,
/// [dev.berth.worker.BerthNettyListener] for Netty 4.2. Requires Java 17 or newer. Nothing here
/// depends on other parts of Berth, so a dispatcher of one release works with the workers of
/// another: they share only the protocol of `docs/worker.md`.
@NullMarked
package dev.berth.worker;

import org.jspecify.annotations.NullMarked;
