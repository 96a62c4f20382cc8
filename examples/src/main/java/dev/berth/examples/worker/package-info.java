/// Sample servers on `dev.berth.worker`, for Java 17 and newer: they serve what a dispatcher hands
/// to them, and where none started them they listen by themselves.
@NullMarked
package dev.berth.examples.worker;

import org.jspecify.annotations.NullMarked;
