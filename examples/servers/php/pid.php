<?php // Reports which process answered: php -S 127.0.0.1:PORT pid.php
header('Content-Type: text/plain');
echo 'php pid=' . getmypid() . "\n";
