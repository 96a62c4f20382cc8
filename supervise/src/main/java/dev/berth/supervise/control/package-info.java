/// How other processes speak with a supervisor: its runtime directory, which is its name, and the
/// frames on the control socket in it. It does not know what is asked.
@NullMarked
package dev.berth.supervise.control;

import org.jspecify.annotations.NullMarked;
