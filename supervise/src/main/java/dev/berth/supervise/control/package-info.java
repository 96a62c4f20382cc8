/// How other processes talk to a supervisor: its runtime directory, which stands for its name, and
/// the requests and answers on the control socket in it.
@NullMarked
package dev.berth.supervise.control;

import org.jspecify.annotations.NullMarked;
