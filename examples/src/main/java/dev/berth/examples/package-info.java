/// Servers to try Berth with, and a catalogue of them. Plain JDK; no server here knows about Berth.
@NullMarked
package dev.berth.examples;

import org.jspecify.annotations.NullMarked;
