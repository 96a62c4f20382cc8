/// Sample servers that use `dev.berth.worker`, for Java 17 and newer: they serve the connections
/// that a dispatcher hands to them, and listen by themselves if none started them.
@NullMarked
package dev.berth.examples.worker;

import org.jspecify.annotations.NullMarked;
