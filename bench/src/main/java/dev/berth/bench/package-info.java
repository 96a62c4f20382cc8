/// Loads servers under `berth run` from outside and checks what Berth promises: a load client that
/// names every failure, and one command per promise. Apart from the system calls of `dev.berth.sys`
/// the clients share no code with Berth.
@NullMarked
package dev.berth.bench;

import org.jspecify.annotations.NullMarked;
