/// Servers to try Berth with, and the catalogue of them. Plain JDK; no server here knows of Berth.
@NullMarked
package dev.berth.examples;

import org.jspecify.annotations.NullMarked;
