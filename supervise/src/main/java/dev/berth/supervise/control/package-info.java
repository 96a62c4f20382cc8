/// How other processes talk to a supervisor: its runtime directory, which stands for its name, and
/// the frames on the control socket in it. Independent of what the commands are.
@NullMarked
package dev.berth.supervise.control;

import org.jspecify.annotations.NullMarked;
