/// Tools that the tests of the other modules share: network namespaces, child programs, leak
/// checks, waiting with a deadline, seeded random numbers, and conditions that do not hide a
/// missing program.
@NullMarked
package dev.berth.testkit;

import org.jspecify.annotations.NullMarked;
