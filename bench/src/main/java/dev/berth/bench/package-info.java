/// Loads servers under `berth run` from outside and checks what Berth promises: a load client that
/// names every failure, and one command for each promise. Plain JDK: it shares no code with Berth.
@NullMarked
package dev.berth.bench;

import org.jspecify.annotations.NullMarked;
